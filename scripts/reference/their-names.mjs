// Which name of PyTorch, torchvision, torchmetrics, Captum or Lightning stands behind a name of ours, and the pages that list them all.
import { escaped, inline, table } from './html.mjs';

/**
 * @typedef {import('../checks/coverage-api/table.mjs').Entry} ApiEntry
 * @typedef {{ title: string, entries: readonly ApiEntry[] }} Library
 * @typedef {{ full: string, library: string, url: string | undefined }} TheirName
 */

/** Our names of their namespaces, where these differ by more than their first word. */
const spaces = /** @type {readonly (readonly [RegExp, string])[]} */ ([
  [/^torch\.optim\.lr_scheduler$/, 'optim.lrScheduler'],
  [/^torch$/, ''],
  [/^torch\./, ''],
  [/^torchvision\.tv_tensors$/, 'vision.tvTensors'],
  [/^torchvision\.models\.detection$/, 'vision.detection'],
  [/^torchvision/, 'vision'],
  [/^torchmetrics\.functional/, 'metrics.functional'],
  [/^torchmetrics/, 'metrics'],
  [/^captum\.attr\.visualization/, 'interpret.visualization'],
  [/^captum/, 'interpret'],
  [/^lightning/, 'lightning'],
]);

/** Where documentation of a name is, for libraries that have a page each. */
const documented = /** @type {Readonly<Record<string, (full: string) => string>>} */ ({
  torch: (full) => `https://docs.pytorch.org/docs/stable/generated/${full}.html`,
});

/** @param {string} namespace theirs */
function spaceOf(namespace) {
  const found = spaces.find(([pattern]) => pattern.test(namespace));
  return found ? namespace.replace(found[0], found[1]) : namespace;
}

export class TheirNames {
  /** @type {Map<string, TheirName>} */
  #byOurs = new Map();

  /** @param {readonly Library[]} libraries */
  constructor(libraries) {
    this.all = libraries;
    for (const { title, entries } of libraries) {
      for (const { namespace, name, ours, status } of entries) {
        if (status !== 'have') continue;
        const space = spaceOf(namespace);
        const key = space === '' ? ours : `${space}.${ours}`;
        const full = `${namespace}.${name}`;
        const url = documented[namespace.split('.')[0] ?? '']?.(full);
        if (!this.#byOurs.has(key)) this.#byOurs.set(key, { full, library: `${title.split(' ')[0]}`, url });
      }
    }
  }

  /** @param {string} ours as a program writes it: `nn.Conv2d` */
  of(ours) {
    return this.#byOurs.get(ours);
  }

  get libraries() {
    return this.all.map(({ title, entries }) => ({
      title,
      file: `${title.split(' ')[0]?.toLowerCase()}.html`,
      all: entries.length,
      have: entries.filter(({ status }) => status === 'have').length,
    }));
  }

  /**
   * A page for each library with all of its names.
   * @param {(ours: string) => string | undefined} addressOf
   * @returns {import('./layout.mjs').Page[]}
   */
  pages(addressOf) {
    return this.all.map(({ title, entries }, i) => {
      const namespaces = [...new Set(entries.map(({ namespace }) => namespace))];
      const counts = namespaces.map((namespace) => {
        const own = entries.filter((entry) => entry.namespace === namespace);
        const have = own.filter(({ status }) => status === 'have').length;
        return [`<a href="#${namespace}"><code>${namespace}</code></a>`, `${have}`, `${own.length - have}`];
      });
      const parts = namespaces.map((namespace) => {
        const rows = entries
          .filter((entry) => entry.namespace === namespace)
          .map(({ name, ours, status, reason }) => {
            const space = spaceOf(namespace);
            const full = space === '' ? ours : `${space}.${ours}`;
            const address = addressOf(full);
            const link = address ? `<a href="${address}"><code>${full}</code></a>` : `<code>${full}</code>`;
            return [`<code>${name}</code>`, status === 'have' ? link : inline(reason)];
          });
        return `<h2 id="${namespace}"><code>${namespace}</code></h2>${table(['Name', 'Here, or why not'], rows, 'names')}`;
      });
      const { file, have, all } = /** @type {TheirNames['libraries'][number]} */ (this.libraries[i]);
      return {
        file,
        title: `Names of ${title}`,
        description: `Every public name of ${title}, with its name in Lamplight or the reason why it is not there.`,
        above: [{ title: 'Reference', href: 'index.html' }],
        body: `<h1>Names of ${escaped(title)}</h1>
<p>${have} of ${all} public names are here. With each other stands the reason why it is not.</p>
${table(['Namespace', 'Here', 'Not here'], counts, 'counts')}
${parts.join('\n')}`,
      };
    });
  }
}
