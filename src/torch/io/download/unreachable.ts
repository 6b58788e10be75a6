// The error message for a server that did not respond.

/** The remedy if a server does not let pages of other origins read a file. */
const REMEDY = 'host the file on your own origin, or have it picked with <input type="file"> and pass the File';

/**
 * Finds out why there was no response. Browsers do not tell a page why a request to another origin failed, but a
 * request without CORS shows whether the server responds.
 */
export async function unreachable(url: string, cause: unknown): Promise<string> {
  const here = globalThis.location?.origin;
  const foreign = here !== undefined && URL.canParse(url) && new URL(url).origin !== here;
  const answers =
    foreign &&
    (await fetch(url, { method: 'HEAD', mode: 'no-cors' }).then(
      () => true,
      () => false,
    ));
  if (answers) return `${url}: the server does not let pages of other origins read this file (CORS); ${REMEDY}`;
  const remedy = foreign
    ? `check the address and the connection, or ${REMEDY}`
    : 'check the address and the connection';
  return `${url}: no answer (${(cause as Error).message}); ${remedy}`;
}
