// The pages of the reference: its first, one for each namespace, and one for each export.
import { anchorOf, qualified } from './entries.mjs';
import { escaped, firstSentence, inline, markdown, table, typeHtml } from './html.mjs';
import { between } from './layout.mjs';

/**
 * @typedef {import('./entries.mjs').Entry} Entry
 * @typedef {import('./entries.mjs').Member} Member
 * @typedef {import('./entries.mjs').Space} Space
 * @typedef {import('./layout.mjs').Page} Page
 * @typedef {import('./their-names.mjs').TheirNames} TheirNames
 */

const kindTitles = /** @type {const} */ ([
  ['class', 'Classes'],
  ['function', 'Functions'],
  ['constant', 'Values'],
  ['type', 'Types'],
]);

export class Pages {
  /** @type {Map<string, Entry[]>} */
  #byName = new Map();

  /**
   * @param {import('./entries.mjs').Surface} surface @param {TheirNames} theirs
   * @param {import('./examples.mjs').ExampleHtml} exampleOf
   */
  constructor({ spaces, entries, ambiguous }, theirs, exampleOf) {
    this.exampleOf = exampleOf;
    this.ambiguous = ambiguous;
    this.spaces = spaces;
    this.entries = entries;
    this.theirs = theirs;
    for (const entry of entries) this.#byName.set(entry.name, [...(this.#byName.get(entry.name) ?? []), entry]);
  }

  /** @returns {Page[]} */
  all() {
    const own = this.entries.filter(({ alias }) => alias === undefined);
    return [
      this.first(),
      ...this.spaces.map((space) => this.ofSpace(space)),
      ...own.map((entry) => this.ofEntry(entry)),
    ];
  }

  /** @returns {Page} */
  first() {
    const rows = this.spaces.map((space) => [
      `<a href="${space.file}"><code>${space.name}</code></a>`,
      inline(space.text),
      `<span class="number">${space.entries.length}</span>`,
    ]);
    const libraries = this.theirs.libraries.map(
      ({ title, file, have, all }) =>
        `<li><a href="${file}">Every name of ${escaped(title)}</a>: ${have} of ${all} are here, and a reason stands with each other.</li>`,
    );
    const body = `<h1>Reference</h1>
<p>Every name that a program can import, with its parameters, shapes, defaults and errors. Names are PyTorch's in camelCase:
<code>max_pool2d</code> is <code>maxPool2d</code>. Every parameter goes by place, or by name in an object at the end.</p>
<p class="first"><a class="button primary" href="torch/Tensor.html">Tensor and its methods</a> <a class="button" href="nn/index.html">Layers</a>
<a class="button" href="optim/index.html">Optimizers</a> <a class="button" href="vision/index.html">Vision</a></p>
${table(['Namespace', 'Holds', 'Names'], rows, 'names')}
<h2>Coming from Python</h2>
<ul>${libraries.join('\n')}</ul>`;
    const description = "Every name of Lamplight's doors, with parameters, shapes, defaults and errors.";
    return { file: 'index.html', title: 'Reference', description, above: [], body };
  }

  /** @param {Space} space @returns {Page} */
  ofSpace(space) {
    const { file } = space;
    const inner = space.spaces.map((each) => [
      `<a href="${between(file, each.file)}"><code>${each.name}</code></a>`,
      inline(each.text),
    ]);
    const parts = kindTitles.flatMap(([kind, title]) => {
      const entries = space.entries.filter((entry) => entry.kind === kind);
      if (entries.length === 0) return [];
      const rows = entries.map((entry) => [
        `<a href="${between(file, this.fileOf(entry))}"><code>${entry.name}</code></a>`,
        this.#nameOf(this.theirs.of(qualified(entry))),
        entry.alias ? `Another name of <code>${qualified(entry.alias)}</code>.` : inline(firstSentence(entry.text)),
      ]);
      return [`<h2 id="all-${kind}">${title}</h2>`, table(['Name', 'In Python', 'Does'], rows, 'names')];
    });
    const body = [
      `<h1><code>${space.name}</code></h1>`,
      markdown(space.text),
      `<pre class="wide"><code>${escaped(importOf(space))}</code></pre>`,
      inner.length > 0 ? `<h2>Namespaces</h2>${table(['Name', 'Holds'], inner, 'names')}` : '',
      ...parts,
    ].join('\n');
    return { file, title: space.name, description: firstSentence(space.text), above: [this.#top(file)], body };
  }

  /** @param {Entry} entry @returns {Page} */
  ofEntry(entry) {
    const { name, space, file, kind } = entry;
    const theirs = this.theirs.of(qualified(entry));
    const body = [
      `<h1><code>${qualified(entry)}</code></h1>`,
      this.#facts(theirs, entry.others),
      entry.callable
        ? `<p class="signature"><code>${this.#signature(name, entry.callable, file, kind === 'class' ? 'new ' : '')}</code></p>`
        : '',
      entry.type === ''
        ? ''
        : `<p class="signature"><code>${name}: ${typeHtml(entry.type, this.#addresses(file))}</code></p>`,
      this.#bases(entry),
      markdown(entry.text),
      entry.callable ? this.#parameters(entry.callable, file, kind === 'function') : '',
      errors(entry.throws),
      this.#example(entry),
      ...this.#members(entry),
      sourceHtml(entry.source),
    ].join('\n');
    const above = [this.#top(file), { title: space.name, href: between(file, space.file) }];
    return { file, title: qualified(entry), description: firstSentence(entry.text), above, body };
  }

  /** Not where its text holds an example already. @param {Entry} entry */
  #example(entry) {
    return /^ {4}\S/m.test(entry.text) ? '' : this.exampleOf(qualified(entry), between(entry.file, ''));
  }

  /** The page on which an export is described. @param {Entry} entry @returns {string} */
  fileOf = (entry) => (entry.alias ? this.fileOf(entry.alias) : entry.file);

  /** @param {string} file */
  #top = (file) => ({ title: 'Reference', href: between(file, 'index.html') });

  /** @param {string} file @returns {(name: string) => string | undefined} */
  #addresses = (file) => (name) => {
    const found = this.#byName.get(name) ?? [];
    const near = found.find((entry) => entry.file.split('/')[0] === file.split('/')[0]);
    const meant = near ?? (this.ambiguous.has(name) ? undefined : found[0]);
    return meant && between(file, this.fileOf(meant));
  };

  /** @param {import('./their-names.mjs').TheirName | undefined} theirs */
  #nameOf(theirs) {
    if (!theirs) return '';
    const name = `<code>${theirs.full}</code>`;
    return theirs.url ? `<a href="${theirs.url}">${name}</a>` : name;
  }

  /** @param {import('./their-names.mjs').TheirName | undefined} theirs @param {readonly string[]} others */
  #facts(theirs, others) {
    const facts = [
      theirs ? `<dt>${theirs.library}</dt><dd>${this.#nameOf(theirs)}</dd>` : '',
      others.length > 0
        ? `<dt>Also called</dt><dd>${others.map((each) => `<code>${each}</code>`).join(', ')}</dd>`
        : '',
    ].join('');
    return facts === '' ? '' : `<dl class="facts">${facts}</dl>`;
  }

  /** @param {Entry} entry */
  #bases({ bases, file }) {
    const address = this.#addresses(file);
    const links = bases.flatMap((name) => (address(name) ? [`<a href="${address(name)}">${name}</a>`] : []));
    return links.length > 0 ? `<p class="bases">Extends ${links.join(', ')}.</p>` : '';
  }

  /** @param {string} name as HTML @param {import('./parameters.mjs').Callable} callable @param {string} file @param {string} [before] */
  #signature(name, { parameters, returns }, file, before = '') {
    const list = parameters.map(
      ({ name: each, optional, rest }) => `${rest ? '…' : ''}${each}${optional && !rest ? '?' : ''}`,
    );
    const result = before === '' ? `: ${typeHtml(returns.join(' | '), this.#addresses(file))}` : '';
    return `${before}${name}(${escaped(list.join(', '))})${result}`;
  }

  /** @param {import('./parameters.mjs').Callable} callable @param {string} file @param {boolean} isFunction */
  #parameters({ parameters }, file, isFunction) {
    if (parameters.length === 0) return '';
    const rows = parameters.map(({ name, type, optional, rest, fallback, text }) => [
      `<code>${rest ? '…' : ''}${name}</code>`,
      `<code>${typeHtml(type, this.#addresses(file))}</code>`,
      fallback ? `<code>${escaped(fallback)}</code>` : optional ? '' : 'needed',
      inline(textOf(name, text, file).replace(/\s+/g, ' ')),
    ]);
    return `${isFunction ? '<h2>Parameters</h2>' : ''}${table(['Parameter', 'Type', 'Default', 'Is'], rows, 'parameters')}`;
  }

  /** @param {Entry} entry @returns {string[]} */
  #members(entry) {
    const { file } = entry;
    const address = this.#addresses(file);
    const isElsewhere = (/** @type {Member} */ { from }) =>
      entry.name !== 'Tensor' && from !== undefined && from !== entry.name && address(from) !== undefined;
    const here = entry.members.filter((member) => !isElsewhere(member));
    const parts = [
      ['property', 'Properties'],
      ['method', 'Methods'],
    ].flatMap(([kind, title]) => {
      const members = here.filter((member) => member.kind === kind);
      if (members.length === 0) return [];
      const long = members.length > 24 ? contents(members) : '';
      return [`<h2 id="all-${kind}">${title}</h2>${long}`, ...members.map((member) => this.#member(entry, member))];
    });
    const rows = [...new Set(entry.members.filter(isElsewhere).map(({ from }) => `${from}`))].map((from) => {
      const links = entry.members
        .filter((member) => isElsewhere(member) && member.from === from)
        .map((member) => `<a href="${address(from)}#${anchorOf(member)}"><code>${member.name}</code></a>`);
      return `<p class="inherited">From <a href="${address(from)}">${from}</a>: ${links.join(' ')}</p>`;
    });
    return [...parts, ...(rows.length > 0 ? ['<h2 id="all-inherited">Inherited</h2>', ...rows] : [])];
  }

  /** @param {Entry} entry @param {Member} member */
  #member({ name: owner, file, space }, member) {
    const { name, callable, type, isStatic, text, throws } = member;
    const addresses = this.#addresses(file);
    const link = `${isStatic ? `${owner}.` : ''}<a href="#${anchorOf(member)}">${name}</a>`;
    const shown = callable ? this.#signature(link, callable, file) : `${link}: ${typeHtml(type, addresses)}`;
    return [
      `<section class="member" id="${anchorOf(member)}">`,
      `<h3><code>${shown}</code></h3>`,
      this.#facts(this.theirs.of(space.path === '' ? `${owner}.${name}` : `${space.path}.${owner}.${name}`), []),
      markdown(text),
      callable ? this.#parameters(callable, file, false) : '',
      errors(throws),
      sourceHtml(member.source),
      '</section>',
    ].join('\n');
  }
}

/** @param {readonly Member[]} members */
const contents = (members) =>
  `<nav class="contents" aria-label="On this page">${members.map((member) => `<a href="#${anchorOf(member)}">${member.name}</a>`).join(' ')}</nav>`;

/** @param {readonly string[]} throws */
const errors = (throws) =>
  throws.length > 0
    ? `<p class="errors">Throws ${throws.map((text) => inline(text.replace(/\s+/g, ' '))).join('; ')}.</p>`
    : '';

/** @param {import('./entries.mjs').Source | undefined} source */
const sourceHtml = (source) =>
  source ? `<p class="source"><a href="${source.url}">${escaped(source.title)}</a></p>` : '';

/** How a program comes to a namespace. @param {Space} space */
function importOf({ path, door }) {
  if (path === '') return `import * as torch from 'lamplight';`;
  if (door === 'lamplight') return `import { ${path.split('.')[0]} } from 'lamplight';   // ${path}`;
  const own = door.replace('lamplight/', '');
  if (own === 'functional') return `import * as F from 'lamplight/functional';   // nn.functional`;
  return path === own
    ? `import * as ${own} from '${door}';`
    : `import { ${path.split('.')[1]} } from '${door}';   // ${path}`;
}

/** @param {string} name of a parameter @param {string} text @param {string} file of the page */
function textOf(name, text, file) {
  if (text === '')
    throw new Error(`${file}: expected a text for the parameter '${name}'; write one where it is declared`);
  return text;
}
