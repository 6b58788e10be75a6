// What is said where a page gets no answer: whether the server lets no other origin read, and what to do then.
import * as torch from 'lamplight';
import { models } from 'lamplight/vision';
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
});

const refused = () => Promise.reject(new TypeError('Failed to fetch'));
/** A page of one origin, and servers that let it read nothing: only those that are up answer at all. */
function visit(isUp: boolean): void {
  vi.stubGlobal('location', new URL('https://here.example/page/'));
  vi.stubGlobal('fetch', (_: unknown, options?: RequestInit) =>
    isUp && options?.mode === 'no-cors' ? Promise.resolve(Response.error()) : refused(),
  );
}

const readers: readonly (readonly [string, (url: string) => Promise<unknown>])[] = [
  ['torch.load', (url) => torch.load(url)],
  ['weights of a network', (weights) => models.squeezenet1_1({ weights, progress: false })],
];
const remedy = 'host the file on your own origin, or have it picked with <input type="file"> and pass the File';

test.each(readers)('%s says that a server lets no page of another origin read', async (_, read) => {
  visit(true);
  await expect(read('https://there.example/a.pth')).rejects.toThrow(
    `https://there.example/a.pth: the server does not let pages of other origins read this file (CORS); ${remedy}`,
  );
});

test('weights by name say how copies of one’s own keep the name', async () => {
  visit(true);
  await expect(models.squeezenet1_1({ weights: 'IMAGENET1K_V1', progress: false })).rejects.toThrow(
    `(CORS); ${remedy}; with copies of your own, models.setWeightsMirror(address) keeps the names`,
  );
});

test('torch.load says that nothing answers there, or here', async () => {
  visit(false);
  await expect(torch.load('https://there.example/a.pth')).rejects.toThrow(
    `no answer (Failed to fetch); check the address and the connection, or ${remedy}`,
  );
  await expect(torch.load('https://here.example/a.pth')).rejects.toThrow(
    /no answer \(Failed to fetch\); check the address and the connection$/,
  );
});
