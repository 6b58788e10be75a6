// Puts the courses' drawings into their pages as they are written, so that they have the colours of the page, and leads to their photographs.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { escaped } from '../../packages/notebook/render/code.ts';

const FIGURE = /^figures\/([\w-]+)\.(svg|webp)$/;
/** What could act, bring something in from elsewhere, or be refused by the policy of our pages. */
const REFUSED =
  /<(?:script|style|foreignObject|image|iframe|a|animate\w*|set)\b|\s(?:on\w+|style)\s*=|\bhref\s*=\s*["'](?!#)|url\(\s*["']?(?!#)/i;

/**
 * The HTML of `![text](figures/name.svg)`; undefined for a picture that lies elsewhere.
 * @param courses the folder that `figures` lies in
 * @throws Error for a figure that is missing, or that no page would show
 */
export function figureOf(courses: string, href: string, text: string): string | undefined {
  const [, name = '', ending] = FIGURE.exec(href) ?? [];
  if (name === '') return undefined;
  const file = join(courses, href);
  if (!existsSync(file)) throw new Error(`${href}: there is no such file in ${courses}`);
  if (text.trim() === '') throw new Error(`${href}: expected a text that says what is to be seen, but got none`);
  if (ending === 'webp') {
    return `<img class="figure" data-figure="${escaped(href)}" src="../courses/${escaped(href)}" alt="${escaped(text)}" loading="lazy" />`;
  }
  return inlined(readFileSync(file, 'utf8'), href, text);
}

function inlined(source: string, href: string, text: string): string {
  const svg = source.replace(/<\?xml[^>]*\?>|<!DOCTYPE[^>]*>|<!--[\s\S]*?-->/g, '').trim();
  const [, root] = /^<svg\b([^>]*)>[\s\S]*<\/svg>$/.exec(svg) ?? [];
  if (root === undefined) throw new Error(`${href}: expected one <svg> element`);
  const viewBox = / viewBox="([^"]*)"/.exec(root)?.[1];
  if (viewBox === undefined) throw new Error(`${href}: expected a viewBox`);
  const refused = REFUSED.exec(svg)?.[0].trim();
  if (refused !== undefined) throw new Error(`${href}: a drawing of a page may not hold ${refused}`);
  const name = FIGURE.exec(href)![1]!;
  const foreign = [...svg.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => `${id}`).find((id) => !id.startsWith(name));
  if (foreign !== undefined) throw new Error(`${href}: expected ids that begin with ${name}, but got ${foreign}`);
  const kept = root.replace(/ (?:width|height|class|role|aria-\w+|xmlns(?::\w+)?)="[^"]*"/g, '');
  const body = svg.slice(svg.indexOf('>') + 1).replace(/\n\s*/g, '\n');
  return `<svg class="figure" data-figure="${escaped(href)}" role="img" aria-label="${escaped(text)}"${kept}>${body}`;
}
