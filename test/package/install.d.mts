export declare const compiler: string
export declare const addTypes: (folder: string) => void
export declare const install: () => string
