// Archives of data sets: tar (plain or compressed by gzip) and zip, recognized by their first bytes.
import { type ByteSource, FileFormatError, LamplightError } from '../../../torch';
import { describeSource, loadInflate, openReader, openZip, type Reader } from '../../../torch/inside';
import { type FoundFile, sourceOf } from './found-file';
import { type Folder, listed } from './source';
import { readTar, type TarMember } from './tar';

type ArchiveKind = 'tar' | 'tar.gz' | 'zip';

/** How many bytes are needed to recognize an archive: the mark of a tar ends at byte 262. */
const HEAD = 264;
const STREAM_PIECE = 2 ** 20;
/** Upper limit of all members' bytes that are held in memory together. */
const MAX_HELD = 2 ** 31;

/** The kind of archive that begins with these bytes; null if there is none. A gzip file counts as a tar archive. */
export function archiveKind(head: Uint8Array): ArchiveKind | null {
  const begins = (...bytes: number[]) => bytes.every((byte, i) => head[i] === byte);
  if (begins(0x1f, 0x8b)) return 'tar.gz';
  if (begins(0x50, 0x4b, 3, 4) || begins(0x50, 0x4b, 5, 6)) return 'zip';
  return String.fromCharCode(...head.subarray(257, 262)) === 'ustar' ? 'tar' : null;
}

/** Reads the first bytes of a file, and tells which kind of archive it is; null if none. */
export async function archiveKindOf(source: ByteSource): Promise<ArchiveKind | null> {
  const reader = await openReader(source);
  try {
    return archiveKind(await reader.read(0, Math.min(HEAD, reader.size)));
  } finally {
    await reader.close();
  }
}

/**
 * The files of an archive, one after another; unread members are skipped. The archive is read once, and no member is
 * kept in memory.
 *
 * @throws FileFormatError if the file is no archive, or is damaged
 */
export async function* membersOf(source: ByteSource, name = describeSource(source)): AsyncGenerator<TarMember> {
  const reader = await openReader(source);
  try {
    const kind = archiveKind(await reader.read(0, Math.min(HEAD, reader.size)));
    if (kind === null) throw new FileFormatError(`${name}: expected an archive (.tar, .tar.gz, .zip), but it is none`);
    if (kind !== 'zip') {
      yield* readTar(kind === 'tar' ? streamOf(reader) : gunzipped(reader), { name });
      return;
    }
    const zip = await openZip(reader);
    for (const member of zip.names) {
      if (member.endsWith('/')) continue;
      const { size } = zip.entry(member)!;
      yield { name: member, size, bytes: () => zip.read(member) };
    }
  } finally {
    await reader.close();
  }
}

/**
 * Opens an archive as a folder. The wanted files are held in memory. If all files lie in one top folder, their paths
 * omit it.
 */
export async function archiveFolder(
  file: FoundFile,
  isWanted: (path: string) => boolean = () => true,
): Promise<Folder> {
  const files: { path: string; at: Blob }[] = [];
  let total = 0;
  for await (const member of membersOf(await sourceOf(file), file.name)) {
    if (!isWanted(member.name)) continue;
    total += member.size;
    if (total > MAX_HELD) {
      throw new FileFormatError(
        `${file.name}: its files have more than ${MAX_HELD} bytes; unpack it and give the folder`,
      );
    }
    const bytes = await member.bytes();
    files.push({ path: member.name, at: new Blob([bytes as Uint8Array<ArrayBuffer>]) });
  }
  const top = commonTop(files.map(({ path }) => path));
  return listed(
    file.name,
    files.map(({ path, at }) => ({ path: path.slice(top.length), at })),
  );
}

type ByteTransform = ReadableWritablePair<Uint8Array, Uint8Array>;

async function* piecesOf(reader: Reader): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < reader.size; at += STREAM_PIECE) {
    yield await reader.read(at, Math.min(at + STREAM_PIECE, reader.size));
  }
}

function streamOf(reader: Reader): ReadableStream<Uint8Array> {
  const pieces = piecesOf(reader);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

/**
 * The contents of a gzip file. The platform's decoder is fast, but in browsers it rejects a second member, or zeros
 * after the last one. In that case the library's own decoder starts again from the beginning, and continues where the
 * platform's decoder stopped.
 */
function gunzipped(reader: Reader): ReadableStream<Uint8Array> {
  // A chunk may share memory with the source, because the stream only reads it.
  const fast = streamOf(reader)
    .pipeThrough(new DecompressionStream('gzip') as ByteTransform)
    .getReader();
  let own: AsyncGenerator<Uint8Array, void, void> | null = null;
  /** How many bytes have been delivered, and how many of these the own decoder has to produce again and skip. */
  let given = 0;
  let again = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!own) {
        try {
          const { done, value } = await fast.read();
          given += value?.length ?? 0;
          return done ? controller.close() : controller.enqueue(value);
        } catch (error) {
          if (error instanceof LamplightError) throw error;
          const { inflated } = await loadInflate();
          own = inflated(piecesOf(reader), 'gzip');
          again = given;
        }
      }
      for (;;) {
        const { done, value } = await own.next();
        if (done) return controller.close();
        const rest = value.subarray(again);
        again -= value.length - rest.length;
        if (rest.length > 0) return controller.enqueue(rest);
      }
    },
    cancel: () => fast.cancel().catch(() => {}),
  });
}

/**
 * The name (with a slash) of the single folder that contains all paths, if each class has a folder below it; else an
 * empty string.
 */
function commonTop(paths: readonly string[]): string {
  const tops = new Set(paths.map((path) => path.split('/')[0]!));
  const [top] = tops;
  return tops.size === 1 && paths.every((path) => path.split('/').length > 2) ? `${top}/` : '';
}
