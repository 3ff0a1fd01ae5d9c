var __defProp = Object.defineProperty;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __esm = (fn, res, err) => function __init() {
  if (err) throw err[0];
  try {
    return fn && (res = (0, fn[__getOwnPropNames(fn)[0]])(fn = 0)), res;
  } catch (e) {
    throw err = [e], e;
  }
};
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};

// test/bench/peers/common.ts
var numbers, oneHot, products, sizes, dense, shapesOf, initial;
var init_common = __esm({
  "test/bench/peers/common.ts"() {
    "use strict";
    numbers = (shape, scale = 1) => Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => scale * Math.sin(i * 7919));
    oneHot = (count) => Float32Array.from({ length: count * 10 }, (_, i) => Number(i % 10 === Math.floor(i / 10) * 7 % 10));
    products = {
      mm512: [512, 512, 512],
      mm512TN: [512, 512, 512],
      mm512NT: [512, 512, 512],
      mmMlp: [128, 784, 256]
    };
    sizes = {
      mlp: { input: [128, 784], batch: 128 },
      cnn: { input: [64, 28, 28, 1], batch: 64 },
      lstm: { input: [32, 32, 32], batch: 32 }
    };
    dense = (i, o) => [[i, o], [o]];
    shapesOf = (layout) => ({
      mlp: [...dense(784, 256), ...dense(256, 128), ...dense(128, 10)],
      cnn: [
        ...layout === "tfjs" ? [[5, 5, 1, 8], [8], [5, 5, 8, 16], [16]] : [[8, 1, 5, 5], [8], [16, 8, 5, 5], [16]],
        ...dense(784, 120),
        ...dense(120, 10)
      ],
      lstm: [[32, 512], [128, 512], [512], ...dense(128, 10)]
    });
    initial = (shape) => numbers(
      shape,
      shape.length === 1 ? 0 : Math.sqrt(1 / shape.slice(shape.length === 4 ? 1 : 0, -1).reduce((a, b) => a * b))
    );
  }
});

// test/bench/peers/tfjs.ts
var tfjs_exports = {};
__export(tfjs_exports, {
  repetition: () => repetition
});
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
var shapes, repetition;
var init_tfjs = __esm({
  "test/bench/peers/tfjs.ts"() {
    "use strict";
    init_common();
    shapes = shapesOf("tfjs");
    repetition = async (folder2, workload2) => {
      const require2 = createRequire(join(resolve(folder2), "package.json"));
      const tf = require2("@tensorflow/tfjs");
      require2("@tensorflow/tfjs-backend-webgpu");
      await tf.setBackend("webgpu");
      await tf.ready();
      const read = async (x2) => {
        const [value] = await x2.data();
        x2.dispose();
        return value;
      };
      const tensor = (shape) => tf.tensor(numbers(shape), shape);
      const product = products[workload2];
      if (product !== void 0) {
        const [m, k, n] = product;
        const [first, second] = [workload2.endsWith("TN"), workload2.endsWith("NT")];
        const [a, b] = [tensor(first ? [k, m] : [m, k]), tensor(second ? [n, k] : [k, n])];
        return () => read(tf.tidy(() => tf.matMul(a, b, first, second).slice([0, 0], [1, 1])));
      }
      if (workload2 === "chain1m") {
        const x2 = tensor([1048576]);
        return () => read(tf.tidy(() => x2.mul(2).add(1).tanh().mul(x2).sum()));
      }
      const p = shapes[workload2].map((shape) => tf.variable(tf.tensor(initial(shape), shape)));
      const layer = (x2, w) => x2.matMul(p[w]).add(p[w + 1]);
      const pooled = (x2, w) => tf.maxPool(
        tf.conv2d(x2, p[w], 1, "same").add(p[w + 1]).relu(),
        2,
        2,
        "valid"
      );
      const forward = {
        mlp: (x2) => layer(layer(layer(x2, 0).relu(), 2).relu(), 4),
        cnn: (x2) => layer(layer(pooled(pooled(x2, 0), 2).reshape([64, 784]), 4).relu(), 6),
        lstm: (x2) => {
          let [h, c] = [tf.zeros([32, 128]), tf.zeros([32, 128])];
          for (const each of tf.unstack(x2, 0)) {
            const [i, f, g, o] = tf.split(each.matMul(p[0]).add(h.matMul(p[1])).add(p[2]), 4, 1);
            c = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
            h = o.sigmoid().mul(c.tanh());
          }
          return layer(h, 3);
        }
      };
      const { input, batch } = sizes[workload2];
      const [x, y] = [tensor(input), tf.tensor(oneHot(batch), [batch, 10])];
      const adam = tf.train.adam(1e-3);
      return () => read(adam.minimize(() => tf.losses.softmaxCrossEntropy(y, forward[workload2](x)), true));
    };
  }
});

// test/bench/peers/jax.ts
var jax_exports = {};
__export(jax_exports, {
  repetition: () => repetition2
});
import { join as join2, resolve as resolve2 } from "node:path";
import { pathToFileURL } from "node:url";
var shapes2, repetition2;
var init_jax = __esm({
  "test/bench/peers/jax.ts"() {
    "use strict";
    init_common();
    shapes2 = shapesOf("jax");
    repetition2 = async (folder2, workload2) => {
      const path = join2(resolve2(folder2), "node_modules/@jax-js/jax/dist/index.js");
      const {
        numpy: np,
        nn,
        lax,
        jit,
        valueAndGrad,
        tree,
        init,
        defaultDevice
      } = await import(pathToFileURL(path).href);
      await init("webgpu");
      defaultDevice("webgpu");
      const array = (data, shape) => np.array(data).reshape(shape);
      const tensor = (shape) => array(numbers(shape), shape);
      const read = async (x2) => (await x2.data())[0];
      const product = products[workload2];
      if (product !== void 0) {
        const [m, k, n] = product;
        const [first, second] = [workload2.endsWith("TN"), workload2.endsWith("NT")];
        const [a, b] = [tensor(first ? [k, m] : [m, k]), tensor(second ? [n, k] : [k, n])];
        const f = jit((a2, b2) => np.matmul(first ? np.transpose(a2) : a2, second ? np.transpose(b2) : b2));
        return async () => {
          const c = f(a.ref, b.ref);
          await c.blockUntilReady();
          c.dispose();
        };
      }
      if (workload2 === "chain1m") {
        const x2 = tensor([1048576]);
        const f = jit((x3) => np.sum(np.tanh(x3.ref.mul(2).add(1)).mul(x3)));
        return () => read(f(x2.ref));
      }
      const layer = (p2, x2, w) => np.dot(x2, p2[w].ref).add(p2[w + 1].ref);
      const pooled = (p2, x2, w) => {
        const y2 = lax.conv(x2, p2[w].ref, [1, 1], "SAME").add(p2[w + 1].ref.reshape([1, -1, 1, 1]));
        return lax.reduceWindow(nn.relu(y2), (each) => np.max(each), [2, 2], [2, 2]);
      };
      const forward = {
        mlp: (p2, x2) => layer(p2, nn.relu(layer(p2, nn.relu(layer(p2, x2, 0)), 2)), 4),
        cnn: (p2, x2) => layer(p2, nn.relu(layer(p2, pooled(p2, pooled(p2, x2, 0), 2).reshape([64, 784]), 4)), 6),
        lstm: (p2, xs) => {
          let [h, c] = [np.zeros([32, 128]), np.zeros([32, 128])];
          for (const x2 of xs) {
            const z = np.dot(x2, p2[0].ref).add(np.dot(h, p2[1].ref)).add(p2[2].ref);
            const [i, f, g, o] = np.split(z, 4, 1);
            c = nn.sigmoid(f).mul(c).add(nn.sigmoid(i).mul(np.tanh(g)));
            h = nn.sigmoid(o).mul(np.tanh(c.ref));
          }
          c.dispose();
          return layer(p2, h, 3);
        }
      };
      const { input, batch } = sizes[workload2];
      const loss = (p2, x2, y2) => {
        const mean = nn.logSoftmax(forward[workload2](p2, x2), -1).mul(y2).sum().mul(-1 / batch);
        tree.dispose(p2);
        return mean;
      };
      const adam = (p2, g, s2) => {
        const t = s2.t.add(1);
        const [c1, c2] = [np.subtract(1, np.power(0.9, t.ref)), np.subtract(1, np.power(0.999, t.ref))];
        const m = tree.map((m2, g2) => m2.mul(0.9).add(g2.mul(0.1)), s2.m, tree.ref(g));
        const v = tree.map((v2, g2) => v2.mul(0.999).add(g2.ref.mul(g2).mul(1e-3)), s2.v, g);
        const next = tree.map(
          (p3, m2, v2) => p3.sub(
            m2.div(c1.ref).mul(1e-3).div(np.sqrt(v2.div(c2.ref)).add(1e-7))
          ),
          ...[p2, tree.ref(m), tree.ref(v)]
        );
        c1.dispose();
        c2.dispose();
        return [next, { m, v, t }];
      };
      const step = jit((p2, s2, x2, y2) => {
        const [l, g] = valueAndGrad(loss)(tree.ref(p2), x2, y2);
        return [l, ...adam(p2, g, s2)];
      });
      const zeros = () => shapes2[workload2].map((shape) => np.zeros(shape));
      let p = shapes2[workload2].map((shape) => array(initial(shape), shape));
      let s = { m: zeros(), v: zeros(), t: np.array(0) };
      const x = workload2 === "lstm" ? Array.from({ length: 32 }, () => tensor([32, 32])) : tensor(workload2 === "cnn" ? [64, 1, 28, 28] : input);
      const y = array(oneHot(batch), [batch, 10]);
      return () => {
        const [l, ...next] = step(p, s, tree.ref(x), y.ref);
        [p, s] = next;
        return read(l);
      };
    };
  }
});

// test/bench/peers/run.ts
import { create, globals } from "webgpu";

// test/bench/measure.ts
var median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};
var summarize = (first, times) => ({
  best_ms: Math.min(...times),
  median_ms: median(times),
  runs: times.length,
  first_ms: first
});
var budget = { warmUpMs: 800, budgetMs: 2500, minimumRuns: 7, maximumRuns: 5e3, patienceMs: 3e4 };
var isWarm = (calls, took) => calls >= 3 && took >= budget.warmUpMs || took >= budget.patienceMs;
var isEnough = (runs, took) => runs >= budget.maximumRuns || runs >= budget.minimumRuns && took >= budget.budgetMs || runs >= 1 && took >= budget.patienceMs;
var measure = async (call, started) => {
  await call();
  const first = performance.now() - started;
  const warm = performance.now();
  for (let i = 0; !isWarm(i, performance.now() - warm); i++) await call();
  const times = [];
  const begin = performance.now();
  while (!isEnough(times.length, performance.now() - begin)) {
    const before = performance.now();
    await call();
    times.push(performance.now() - before);
  }
  return summarize(first, times);
};

// test/bench/peers/run.ts
var [peer = "", folder = "", workload = ""] = process.argv.slice(2);
var gpu = create([]);
Object.assign(globalThis, globals);
Object.defineProperty(globalThis, "navigator", { value: { gpu, userAgent: "node", hardwareConcurrency: 1 } });
var { repetition: repetition3 } = await (peer === "tfjs" ? Promise.resolve().then(() => (init_tfjs(), tfjs_exports)) : Promise.resolve().then(() => (init_jax(), jax_exports)));
console.log(
  JSON.stringify({ workload, peer, ...await measure(await repetition3(folder, workload), performance.now()) })
);
process.exit(0);
