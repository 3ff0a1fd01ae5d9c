export declare const install: () => string
