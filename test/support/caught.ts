/** The error that ends a loop over a loader. */
export async function caught(loader: AsyncIterable<unknown>): Promise<Error> {
  try {
    for await (const _ of loader);
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected the loop to throw');
}
