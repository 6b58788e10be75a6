// The surface of `lamplight/worker`: a typed remote, in a page, of what lives in a worker with the library.
export { type ConnectOptions, connect, terminate, type WorkerLike } from './connect';
export { expose } from './expose';
export { type Proxied, proxy, transfer } from './marks';
export type { Arrived, Remote, Sent } from './types';
