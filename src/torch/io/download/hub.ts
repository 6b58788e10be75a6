// Torch.hub: weights from an address, kept after the first download.

import { callback, either, flag, instance, type Kind, orNull, text } from '../../../engine/core/argument-kinds';
import { closed } from '../../../engine/core/arity';
import { ArgumentError, FileFormatError } from '../../../engine/core/errors';
import { type Arguments, kindOf, parseArgs } from '../../../engine/core/options';
import { cacheFolder, fileSystem } from '../../../engine/gpu/node';
import type { DeviceLike } from '../../../engine/storage/device';
import { callable } from '../../tensor/calling/callable';
import type { Tensor } from '../../tensor/tensor';
import { expectLoadable, load, loadKinds } from '../load';
import type { DownloadProgress } from './download';

export type { DownloadProgress } from './download';

/** The options of `hub`'s functions. */
export interface HubOptions {
  /** In Node: the folder to keep files in. Default: `checkpoints` in `getDir()`. */
  modelDir?: string | null;
  /** As in `torch.load`. */
  mapLocation?: DeviceLike | null;
  /** If true, downloads are reported on the console; if a function, it is called with the progress. Default: true. */
  progress?: boolean | ((progress: DownloadProgress) => void);
  /**
   * Whether to check that the file's SHA-256 begins with the digits in its name, as in `alexnet-owt-7be5be79.pth`.
   * Default: false.
   */
  checkHash?: boolean;
  /**
   * The file's SHA-256 in hexadecimal digits, or their beginning, instead of the digits in its name. Default: not
   * checked.
   */
  sha256?: string | null;
  /** The name under which the file is kept. Default: its own name, in a folder for its address. */
  fileName?: string | null;
  /** As in `torch.load`: how to treat Python objects whose classes are not known here. */
  weightsOnly?: boolean | null;
  /** As in `torch.load`: the beginnings of the names of wanted tensors. */
  only?: string | readonly string[] | null;
  /** If the signal is aborted, the download stops; the next call resumes from there. */
  signal?: AbortSignal | null;
}

type HubParameters = HubOptions & { url: string | URL };
type HubOrder = [
  'url',
  'modelDir',
  'mapLocation',
  'progress',
  'checkHash',
  'fileName',
  'weightsOnly',
  'only',
  'signal',
  'sha256',
];

let folder: string | null = null;

/**
 * Where downloads are kept. In Node: the folder of `setDir`, or `$LAMPLIGHT_HOME/hub`, or `lamplight/hub` in the user's
 * cache. In a page: the name of the cache.
 */
export const getDir = closed('hub.getDir', (): string => {
  if (folder !== null) return folder;
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  const home = process?.env?.LAMPLIGHT_HOME;
  return home ? `${home}/hub` : `${cacheFolder() ?? ''}${cacheFolder() ? '/' : ''}lamplight/hub`;
});

/** Sets where downloads are kept in Node from now on. */
export const setDir = callable('hub.setDir(path: text)', (/** A path, or an address. */ path: string): void => {
  if (path === '') {
    throw new ArgumentError(`hub.setDir: expected the path of a folder, but got ${kindOf(path)}`);
  }
  folder = path;
});

const path: Kind = { words: 'the path of a folder', fits: (value) => typeof value === 'string' && value !== '' };

/** PyTorch's rule: the digits between a hyphen and a dot are the beginning of the file's SHA-256. */
const HASH = /-([\da-f]*)\./;

/**
 * Loads a file written by `torch.save`, safetensors or NumPy from an address. The file is downloaded once and kept: in
 * a page, in the page's cache; in Node, in a folder. An interrupted download resumes where it stopped if the server
 * supports ranges.
 *
 *     const weights = await torch.hub.loadStateDictFromUrl('https://…/alexnet-owt-7be5be79.pth', { checkHash: true });
 *
 * A page can read files of its own origin, and of other origins whose server allows it (CORS).
 *
 * @throws FetchError if there is no answer, FileFormatError if the checksum differs or the file is damaged
 */
export async function loadStateDictFromUrl<T = Record<string, Tensor>>(
  ...args: Arguments<HubParameters, HubOrder>
): Promise<T> {
  const o = parseArgs<HubParameters>(
    'hub.loadStateDictFromUrl',
    ['url'],
    {
      modelDir: null,
      mapLocation: null,
      progress: true,
      checkHash: false,
      fileName: null,
      weightsOnly: null,
      only: null,
      signal: null,
      sha256: null,
    },
    args,
    {
      url: either(text, instance(URL)),
      modelDir: orNull(path),
      fileName: orNull(text),
      sha256: orNull(text),
      progress: either(flag, callback),
      only: loadKinds.only!,
      weightsOnly: loadKinds.weightsOnly!,
    },
  );
  expectLoadable('hub.loadStateDictFromUrl', o);
  const url = String(o.url);
  const name =
    o.fileName ??
    url
      .replace(/[?#].*$/, '')
      .split('/')
      .at(-1)!;
  const [, hash = ''] = (o.checkHash && HASH.exec(name)) || [];
  const announced = o.progress === true;
  let said = false;
  const place = { folder: o.modelDir ?? (fileSystem() ? `${getDir()}/checkpoints` : null), cacheName: o.fileName };
  const { download, forgetDownload } = await import('./download');
  const kept = await download(o.url, {
    ...place,
    sha256: o.sha256 ?? (hash === '' ? null : hash),
    signal: o.signal,
    onProgress: (progress) => {
      if (announced && !said) console.info(`Downloading: "${url}"${sizeOf(progress.total)}`);
      said = true;
      if (typeof o.progress === 'function') o.progress(progress);
    },
  });
  const source = kept instanceof Blob ? new File([kept], name) : kept;
  try {
    return await load<T>(source, { mapLocation: o.mapLocation, weightsOnly: o.weightsOnly, only: o.only });
  } catch (error) {
    // A file without weights is not kept, so that the next call downloads it again.
    if (error instanceof FileFormatError) {
      await forgetDownload(o.url, place);
    }
    throw error;
  }
}

const sizeOf = (bytes: number | null): string => (bytes === null ? '' : ` (${(bytes / 1e6).toFixed(1)} MB)`);
