// Figures that a page tells of as it computes, each with its name: a round, a loss, steps a second.
import { make } from 'lamplight-notebook/ui/dom';

export class Figures<Name extends string> {
  readonly #values = new Map<Name, HTMLElement>();

  /** @param labels what stands above each figure */
  constructor(
    root: HTMLElement,
    private readonly labels: Readonly<Record<Name, string>>,
  ) {
    const list = make('dl', { className: 'told' });
    for (const [name, label] of Object.entries(labels) as [Name, string][]) {
      const value = make('dd', { className: 'number' }, '–');
      this.#values.set(name, value);
      list.append(make('div', {}, make('dt', {}, label), value));
    }
    root.append(list);
  }

  set(values: Readonly<Partial<Record<Name, string>>>): void {
    for (const [name, text] of Object.entries(values) as [Name, string][])
      this.#values.get(name)?.replaceChildren(text);
  }

  clear(): void {
    for (const name of Object.keys(this.labels) as Name[]) this.#values.get(name)?.replaceChildren('–');
  }
}
