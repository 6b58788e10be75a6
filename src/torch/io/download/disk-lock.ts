// A lock file that only one process or thread can hold: it keeps others out while a download is under way.
import { fileSystem } from '../../../engine/gpu/node';

/** The part of Node's `fs/promises` that is used here. */
interface Disk {
  readFile(path: string, encoding: 'utf8'): Promise<string>;
  writeFile(path: string, text: string, options?: { flag: 'wx' }): Promise<void>;
  rm(path: string, options: { force: boolean }): Promise<void>;
  stat(path: string): Promise<{ readonly mtimeMs: number }>;
  utimes(path: string, accessed: Date, modified: Date): Promise<void>;
}

/**
 * The interval at which a process signals that it is still working, and the silence after which another takes over; in
 * ms.
 */
const HEARTBEAT = 5_000;
const SILENCE = 20_000;
/** The interval at which waiting processes check the lock again; in ms. */
const LOOK = 100;

const disk = (): Disk => fileSystem() as unknown as Disk;

/** A lock that is held until it is released. */
export interface DiskLock {
  readonly release: () => Promise<void>;
}

/**
 * Acquires the lock if nobody holds it, or takes it over if it is silent, that is, if its holder has sent no heartbeat
 * for a long time. Null if the signal is aborted first.
 */
export async function takeLock(path: string, signal: AbortSignal | null = null): Promise<DiskLock | null> {
  const own = crypto.randomUUID();
  while (!signal?.aborted) {
    if ((await made(path, own)) || ((await isSilent(path)) && (await takeOver(path, own)))) return keepLock(path, own);
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
  return null;
}

function keepLock(path: string, own: string): DiskLock {
  const now = () => disk().utimes(path, new Date(), new Date());
  const beat = setInterval(() => void now().catch(() => undefined), HEARTBEAT);
  return {
    release: async () => {
      clearInterval(beat);
      // While this process was suspended, another one may have taken its lock.
      if (await isOwn(path, own)) await disk().rm(path, { force: true });
    },
  };
}

/** Writes a file if it does not exist yet; returns false if it does. */
async function made(path: string, text: string): Promise<boolean> {
  try {
    await disk().writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
    return false;
  }
}

const isSilent = (path: string): Promise<boolean> =>
  disk()
    .stat(path)
    .then(
      ({ mtimeMs }) => Date.now() - mtimeMs > SILENCE,
      () => false,
    );

const isOwn = (path: string, own: string): Promise<boolean> =>
  disk()
    .readFile(path, 'utf8')
    .then(
      (text) => text === own,
      () => false,
    );

/**
 * Of all processes that find a lock silent, only one gets it: the one that creates the claim file next to it, and then
 * still finds the lock silent. The lock file exists throughout. If the claim itself is silent, because its process
 * ended at that moment, the claim is made anew.
 */
async function takeOver(path: string, own: string): Promise<boolean> {
  const claim = `${path}.claim`;
  if (await isSilent(claim)) await disk().rm(claim, { force: true });
  if (!(await made(claim, own))) return false;
  const isFree = (await isSilent(path)) && (await isOwn(claim, own));
  if (isFree) await disk().writeFile(path, own);
  if (!(await isOwn(claim, own))) return false;
  await disk().rm(claim, { force: true });
  return isFree;
}
