// Reads a file from a server by byte ranges. All ranges must come from one version of the file; otherwise an error is
// thrown.
import { FetchError } from '../../engine/core/errors';
import { answerOf, bodyOf, describeSource } from './bytes';

type Address = string | URL | Request;

/** The response to the first request for a range; null if the server has no such range, as for an empty file. */
export function firstRange(address: Address, range: string): Promise<Response | null> {
  return answerOf(address, range).catch((error: unknown) => {
    if (error instanceof FetchError && error.status === 416) return null;
    throw error;
  });
}

/** A string that changes when the file changes, as far as the server's headers show. */
export const versionOf = ({ headers }: Response): string =>
  [headers.get('etag'), headers.get('last-modified'), headers.get('content-range')?.split('/')[1]].join();

/**
 * The bytes from `start` to `end` (exclusive), from the same version of the file as the first request.
 * @throws FetchError if the server's version has changed since
 */
export async function rangeOf(address: Address, version: string, start: number, end: number): Promise<Uint8Array> {
  const name = describeSource(address);
  const answer = await answerOf(address, `bytes=${start}-${end - 1}`);
  if (answer.status === 206 && versionOf(answer) === version) return bodyOf(answer, name);
  throw new FetchError(`${name}: the file changed on the server while it was read; load it again`, {
    status: answer.status,
  });
}
