// Declares the parts of comlink that this module uses, so that our types do not depend on the package.
declare module 'comlink' {
  export interface Endpoint {
    postMessage(message: unknown, transfer?: readonly object[]): void;
    addEventListener(type: string, listener: (event: { readonly data: unknown }) => void): void;
    removeEventListener(type: string, listener: (event: { readonly data: unknown }) => void): void;
  }

  /** The methods of an object on the other side, which return promises here. */
  export type Remote<T> = {
    readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;
  } & { [releaseProxy](): void };

  export const releaseProxy: unique symbol;
  export function expose(target: object, endpoint: Endpoint): void;
  export function wrap<T>(endpoint: Endpoint): Remote<T>;
  export function transfer<T extends object>(value: T, transfer: readonly object[]): T;
}
