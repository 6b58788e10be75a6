// A file that only one process or thread can hold: who works on a download keeps the others out by it.
import { fileSystem } from '../../../engine/gpu/node';

/** The part of Node's `fs/promises` that is used here. */
interface Disk {
  readFile(path: string, encoding: 'utf8'): Promise<string>;
  writeFile(path: string, text: string, options?: { flag: 'wx' }): Promise<void>;
  rm(path: string, options: { force: boolean }): Promise<void>;
  stat(path: string): Promise<{ readonly mtimeMs: number }>;
  utimes(path: string, accessed: Date, modified: Date): Promise<void>;
}

/** How often a process says that it is still at work, and after which silence another takes its place; in ms. */
const HEARTBEAT = 5_000;
const SILENCE = 20_000;
/** How often those that wait look again; in ms. */
const LOOK = 100;

const disk = (): Disk => fileSystem() as unknown as Disk;

/** A lock that is held until it is released. */
export interface HeldLock {
  readonly release: () => Promise<void>;
}

/** Makes the lock when nobody has it, or takes it over when who had it has been silent for long; null where an abort came before. */
export async function takeLock(path: string, signal: AbortSignal | null = null): Promise<HeldLock | null> {
  const own = crypto.randomUUID();
  while (!signal?.aborted) {
    if ((await made(path, own)) || ((await isSilent(path)) && (await takeOver(path, own)))) return held(path, own);
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
  return null;
}

function held(path: string, own: string): HeldLock {
  const now = () => disk().utimes(path, new Date(), new Date());
  const beat = setInterval(() => void now().catch(() => undefined), HEARTBEAT);
  return {
    release: async () => {
      clearInterval(beat);
      // A process that slept for long may find that another has its place.
      if (await isOwn(path, own)) await disk().rm(path, { force: true });
    },
  };
}

/** Writes a file that is not there yet; false where it is. */
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
 * Of all that find a lock silent, one alone gets it: who makes the file beside it, and then finds the lock silent still. The lock is never
 * away meanwhile. Where that file is silent itself, since a process ended just there, it is made anew.
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
