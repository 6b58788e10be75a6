// The public API of `lamplight/worker`: typed remotes, in a page, of objects in a worker.
export { type ConnectOptions, connect, terminate, type WorkerLike } from './connect';
export { expose } from './expose';
export { type Proxied, proxy, transfer } from './marks';
export type { Arrived, Remote, Sent } from './types';
