// Takes away from a worker every way to what the browser keeps for this site, before it runs the code of a stranger.

/** Globals through which code reads or writes what is kept, talks to other pages of the site, or gets a fresh worker that has them again. */
const GLOBALS = [
  'indexedDB',
  'caches',
  'cookieStore',
  'localStorage',
  'sessionStorage',
  'BroadcastChannel',
  'SharedWorker',
  'Worker',
  'importScripts',
  'webkitRequestFileSystem',
  'webkitRequestFileSystemSync',
  'webkitResolveLocalFileSystemURL',
  'webkitResolveLocalFileSystemSyncURL',
  'FileSystemHandle',
  'FileSystemFileHandle',
  'FileSystemDirectoryHandle',
] as const;

/** The same for the navigator. */
const OF_NAVIGATOR = ['storage', 'storageBuckets', 'locks', 'serviceWorker', 'credentials', 'webkitTemporaryStorage'];

/** Deletes a property from an object and all its prototypes. @throws Error where it stays */
function remove(target: object, name: string): void {
  for (let holder: object | null = target; holder !== null; holder = Object.getPrototypeOf(holder)) {
    if (Object.hasOwn(holder, name) && !Reflect.deleteProperty(holder, name)) {
      throw new Error(
        `This browser lets no page take ${name} away from a worker, so a notebook of a stranger is not run.`,
      );
    }
  }
}

/**
 * From here on, code in this worker can neither read nor change what the browser keeps for the site. The library does without: it
 * downloads again, and forgets what it has tuned.
 *
 * @throws Error where the browser does not allow it
 */
export function closeStorage(scope: typeof globalThis = globalThis): void {
  for (const name of GLOBALS) remove(scope, name);
  for (const name of OF_NAVIGATOR) remove(scope.navigator, name);
}

/** Has a cell that would end the worker, and all cells' names with it, fail alone. */
export function stayOpen(scope: typeof globalThis = globalThis): void {
  const close = (): never => {
    throw new Error('close: expected the worker to go on, since it runs all cells; press Restart to end it');
  };
  Object.defineProperty(scope, 'close', { value: close, configurable: true, writable: true });
}
