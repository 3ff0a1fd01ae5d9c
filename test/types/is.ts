/** `is<T>()(x)` compiles when x has exactly the type T. */
type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2
    ? unknown
    : { readonly 'not equal': readonly [A, B] }

export declare const is: <T>() => <const X>(x: X & Equal<X, T>) => void
