// Downloads in Node: kept once, checked, taken up again after a break, and never half there.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ArgumentError, FetchError, FileFormatError } from '../../src/engine/core/errors';
import { takeLock } from '../../src/torch/io/download/disk-lock';
import { type DownloadProgress, download, forgetDownload } from '../../src/torch/io/download/download';

const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 2654435761) >>> 24));
const sha256 = createHash('sha256').update(content).digest('hex');
const md5 = createHash('md5').update(content).digest('hex');

let server: Server;
let origin = '';
let folder = '';
/** What the server was asked: the range, or '' for all. */
let asked: string[] = [];
/** How the server answers; default: all that is asked for, ranges too. */
let answer: (request: IncomingMessage, response: ServerResponse, start: number) => void = whole;

function whole(request: IncomingMessage, response: ServerResponse, start: number): void {
  const isRange = request.headers.range !== undefined;
  response.writeHead(isRange ? 206 : 200, headersFrom(start, isRange));
  response.end(content.subarray(start));
}

const headersFrom = (start: number, isRange: boolean, etag = '"1"') => ({
  'content-length': content.length - start,
  etag,
  ...(isRange && { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
});

/** Breaks the connection after `length` bytes, once progress tells that they have been read: a break may lose what waits to be read. */
function breakAfter(length: number, etag?: string) {
  return (request: IncomingMessage, response: ServerResponse, start: number) => {
    const isRange = request.headers.range !== undefined;
    response.writeHead(isRange ? 206 : 200, headersFrom(start, isRange, etag));
    response.write(content.subarray(start, start + length));
    whenRead = { loaded: start + length, next: () => response.destroy() };
    if (length === 0) setTimeout(() => response.destroy(), 20);
  };
}

/** What follows once so many bytes are there. */
let whenRead: { readonly loaded: number; readonly next: () => void } | null = null;

const tell = ({ loaded }: { loaded: number }) => {
  if (loaded === whenRead?.loaded) whenRead.next();
};

beforeAll(async () => {
  server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    asked.push(request.headers.range ?? '');
    const [, start = '0'] = /bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
    answer(request, response, Number(start));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise((done) => server.close(done)));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'download-'));
  asked = [];
  answer = whole;
  whenRead = null;
});

afterEach(() => rm(folder, { recursive: true }));

const files = async () => (await readdir(folder, { recursive: true, withFileTypes: true })).filter((f) => f.isFile());

test('a file is downloaded once, under its own name', async () => {
  const path = (await download(`${origin}/models/a-1.pth?v=2#x`, { folder })) as string;
  expect(path).toMatch(/\/127\.0\.0\.1_\d+-[\da-f]{8}\/a-1\.pth$/);
  expect(content.equals(await readFile(path))).toBe(true);
  expect(await download(`${origin}/models/a-1.pth?v=2`, { folder, sha256, md5 })).toBe(path);
  expect(asked).toEqual(['']);
  expect(await files()).toHaveLength(1);
  // Another address that ends alike is another file.
  expect(await download(`${origin}/others/a-1.pth`, { folder })).not.toBe(path);
  await forgetDownload(`${origin}/models/a-1.pth?v=2`, { folder });
  expect(await files()).toHaveLength(1);
});

test('a name may be given, but not one that leads out of the folder', async () => {
  const path = await download(`${origin}/a`, { folder, cacheName: 'cifar/b.bin' });
  expect(path).toBe(`${folder}/cifar/b.bin`);
  for (const cacheName of ['../b', 'a/../../b', '/b', 'a\\b', '', 'C:b']) {
    await expect(download(`${origin}/a`, { folder, cacheName })).rejects.toThrowError(ArgumentError);
  }
});

test('calls at the same time share one download', async () => {
  const paths = await Promise.all([1, 2, 3].map(() => download(`${origin}/a`, { folder, sha256 })));
  expect(new Set(paths).size).toBe(1);
  expect(asked).toEqual(['']);
});

test('a path and a file: address are given back', async () => {
  const path = join(folder, 'ä b.bin');
  await writeFile(path, content);
  expect(await download(path, { md5 })).toBe(path);
  expect(await download(pathToFileURL(path), { md5: md5.toUpperCase() })).toBe(path);
  await expect(download(path, { sha256: '00' })).rejects.toThrowError(FileFormatError);
  await expect(download(join(folder, 'none'), { sha256: '00' })).rejects.toThrowError(FetchError);
});

test('progress counts bytes up to the whole', async () => {
  const seen: DownloadProgress[] = [];
  await download(`${origin}/a`, { folder, onProgress: (progress) => seen.push(progress) });
  expect(seen.at(-1)).toEqual({ url: `${origin}/a`, loaded: content.length, total: content.length });
  expect(seen.map(({ loaded }) => loaded)).toEqual(seen.map(({ loaded }) => loaded).sort((a, b) => a - b));
});

describe('after a break', () => {
  test('the same call asks for what is missing', async () => {
    answer = (...args) => (asked.length === 1 ? breakAfter(100_000) : whole)(...args);
    const loaded: number[] = [];
    const onProgress = (progress: DownloadProgress) => {
      loaded.push(progress.loaded);
      tell(progress);
    };
    await download(`${origin}/a`, { folder, sha256, onProgress });
    expect(asked).toEqual(['', 'bytes=100000-']);
    expect(loaded.at(-1)).toBe(content.length);
  });

  test('a later call goes on, too', async () => {
    answer = breakAfter(0);
    const first = breakAfter(100_000);
    answer = (...args) => (asked.length === 1 ? first : breakAfter(0))(...args);
    await expect(download(`${origin}/a`, { folder, onProgress: tell })).rejects.toThrowError(
      /the connection broke after 100000 bytes/,
    );
    expect((await files()).map(({ name }) => name).sort()).toEqual(['a.part', 'a.part.json']);
    asked = [];
    answer = whole;
    await download(`${origin}/a`, { folder, sha256 });
    expect(asked).toEqual(['bytes=100000-']);
    expect((await files()).map(({ name }) => name)).toEqual(['a']);
  }, 20_000);

  test('what belongs to another version is thrown away', async () => {
    const abort = new AbortController();
    answer = breakAfter(100_000, '"0"');
    const broken = download(`${origin}/a`, {
      folder,
      signal: abort.signal,
      onProgress: () => abort.abort(new Error('enough')),
    });
    await expect(broken).rejects.toThrowError('enough');
    answer = whole;
    await download(`${origin}/a`, { folder, sha256 });
    expect(asked).toEqual(['', expect.stringMatching(/^bytes=\d+-$/), '']);
  });

  test('a server without ranges begins anew', async () => {
    answer = (...args) => {
      if (asked.length === 1) return breakAfter(100_000)(...args);
      args[1].writeHead(200, headersFrom(0, false));
      args[1].end(content);
    };
    await download(`${origin}/a`, { folder, sha256, onProgress: tell });
    expect(asked).toEqual(['', 'bytes=100000-']);
  });
});

describe('an abort', () => {
  /** A signal that progress aborts, and what the download ends with. */
  const aborted = async (isTime: (progress: DownloadProgress) => boolean) => {
    const stop = new AbortController();
    const onProgress = (progress: DownloadProgress) => {
      if (isTime(progress)) stop.abort(new Error('enough'));
    };
    await expect(download(`${origin}/a`, { folder, sha256, onProgress, signal: stop.signal })).rejects.toThrowError(
      'enough',
    );
  };

  test('at the last bytes ends the call, and leaves the file to the next one', async () => {
    // In Node, a body that has been read up to its end never tells so once its fetch is aborted.
    await aborted(({ loaded, total }) => loaded === total);
    expect((await files()).map(({ name }) => name).sort()).toEqual(['a.part', 'a.part.json']);
    answer = (_, response) => response.writeHead(416).end();
    await download(`${origin}/a`, { folder, sha256 });
    expect(asked).toEqual(['', `bytes=${content.length}-`]);
  }, 20_000);

  test('ends the wait for another call or another process that fetches the same file', async () => {
    const stop = new AbortController();
    const begun = new Promise<ServerResponse>((begin) => {
      answer = (_, response) => begin(response);
    });
    const first = download(`${origin}/a`, { folder, sha256, cacheName: 'a' });
    const response = await begun;
    const second = download(`${origin}/a`, { folder, sha256, cacheName: 'a', signal: stop.signal });
    const third = download(`${origin}/a`, { folder, sha256, cacheName: 'a' });
    stop.abort(new Error('enough'));
    await expect(second).rejects.toThrowError('enough');
    response.writeHead(200, headersFrom(0, false)).end(content);
    expect(await Promise.all([first, third])).toEqual([join(folder, 'a'), join(folder, 'a')]);
    expect(asked).toEqual(['']);
    const lock = join(folder, 'b.lock');
    await writeFile(lock, '');
    const later = new AbortController();
    const fourth = download(`${origin}/a`, { folder, cacheName: 'b', signal: later.signal });
    setTimeout(() => later.abort(new Error('enough')), 50);
    await expect(fourth).rejects.toThrowError('enough');
    expect(await readFile(lock, 'utf8')).toBe('');
  }, 20_000);

  test('and an error of the callback let go of the connection', async () => {
    const closed: Promise<void>[] = [];
    answer = (_, response) => {
      closed.push(new Promise((done) => response.on('close', done)));
      response.writeHead(200, headersFrom(0, false)).write(content.subarray(0, 1000));
    };
    await aborted(() => true);
    const onProgress = () => {
      throw new RangeError('not so');
    };
    await expect(download(`${origin}/b`, { folder, onProgress })).rejects.toThrowError('not so');
    answer = (_, response) => {
      closed.push(new Promise((done) => response.on('close', done)));
      response.writeHead(404).write('none');
    };
    await expect(download(`${origin}/c`, { folder })).rejects.toThrowError(FetchError);
    expect(closed).toHaveLength(3);
    await Promise.all(closed);
  }, 20_000);
});

describe('a lock', () => {
  const long = () => new Date(Date.now() - 60_000);

  test('that was left by a process that ended is taken over by one alone of all that find it at the same moment', async () => {
    for (let round = 0; round < 10; round++) {
      const lock = join(folder, `${round}.lock`);
      await writeFile(lock, '');
      await utimes(lock, long(), long());
      const stop = new AbortController();
      const tries: ReturnType<typeof takeLock>[] = [];
      // At several moments, so that some look at it while others take it.
      for (let one = 0; one < 40; one++) {
        tries.push(takeLock(lock, stop.signal));
        if (one % 3 === 0) await stat(lock);
      }
      const first = (await Promise.race(tries))!;
      stop.abort();
      const held = (await Promise.all(tries)).filter((each) => each !== null);
      expect(held).toEqual([first]);
      await first.release();
    }
    expect(await readdir(folder)).toEqual([]);
  });

  test('whose next owner ended as it took it over is taken by another', async () => {
    const lock = join(folder, 'a.lock');
    for (const path of [lock, `${lock}.claim`]) {
      await writeFile(path, '');
      await utimes(path, long(), long());
    }
    await (await takeLock(lock))!.release();
    expect(await readdir(folder)).toEqual([]);
  });

  test('is let go by who has it still', async () => {
    const lock = join(folder, 'a.lock');
    const slept = (await takeLock(lock))!;
    await utimes(lock, long(), long());
    const taken = (await takeLock(lock))!;
    await slept.release();
    expect(await readdir(folder)).toEqual(['a.lock']);
    await taken.release();
    expect(await readdir(folder)).toEqual([]);
  });
});

test('a wrong check sum leaves nothing behind', async () => {
  const wrong = sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
  await expect(download(`${origin}/a`, { folder, sha256: wrong })).rejects.toThrowError(
    new RegExp(`expected sha256 ${wrong}, but got ${sha256}`),
  );
  expect(await files()).toEqual([]);
  await download(`${origin}/a`, { folder, sha256: sha256.slice(0, 8) });
  // A file that is kept is checked, too, and fetched again.
  const path = (await download(`${origin}/a`, { folder })) as string;
  await writeFile(path, 'other');
  await download(`${origin}/a`, { folder, sha256 });
  expect(content.equals(await readFile(path))).toBe(true);
  for (const checks of [{ sha256: 'xyz' }, { md5: '00' }, { sha256: '' }]) {
    await expect(download(`${origin}/a`, { folder, ...checks })).rejects.toThrowError(ArgumentError);
  }
});

test('a server that refuses, or is not there, gives a FetchError', async () => {
  answer = (_, response) => response.writeHead(404).end();
  await expect(download(`${origin}/a`, { folder })).rejects.toMatchObject({ name: 'FetchError', status: 404 });
  await expect(download('http://127.0.0.1:9/a', { folder })).rejects.toThrowError(/no answer \(.*check the address/);
  expect(await files()).toEqual([]);
});
