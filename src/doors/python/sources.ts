// The Python sources of the packages, by path. They are loaded together with the first interpreter.
const texts = import.meta.glob<string>('../../../python/src/**/*.py', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** The source files, each with its path in `python/src`, such as `torch/__init__.py`. */
export const sources: readonly (readonly [path: string, text: string])[] = Object.entries(texts).map(
  ([path, text]) => [path.slice(path.indexOf('/python/src/') + '/python/src/'.length), text] as const,
);
