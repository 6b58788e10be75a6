// What pages of the reference do beyond being read: they find names, and what is wider than the page can be moved by keyboard.
import './reference.css';
import { focusWhileScrollable } from 'lamplight-notebook/ui/scrollable';
import { startShell } from '../ui/shell';
import { find, type Name } from './names';

const root = document.body.dataset.reference ?? '';
const box = document.querySelector<HTMLElement>('.find');
const field = box?.querySelector('input');
const list = box?.querySelector('ul');
const status = box?.querySelector('[role=status]');

let loading: Promise<readonly Name[]> | undefined;
const names = (): Promise<readonly Name[]> => {
  loading ??= fetch(`${root}names.json`).then((response) => response.json() as Promise<readonly Name[]>);
  return loading;
};

const code = (text: string): HTMLElement => Object.assign(document.createElement('code'), { textContent: text });

function row([name, space, address, theirs]: Name): HTMLLIElement {
  const item = document.createElement('li');
  const link = Object.assign(document.createElement('a'), { href: `${root}${address}` });
  const place = Object.assign(document.createElement('span'), { className: 'place', textContent: theirs || space });
  link.append(code(name), ' ', place);
  item.append(link);
  return item;
}

async function show(query: string): Promise<void> {
  if (!list || !status || !field) return;
  const found = find(await names(), query);
  // Whoever types on has asked for something else by now.
  if (field.value !== query) return;
  list.replaceChildren(...found.map(row));
  list.hidden = found.length === 0;
  status.textContent = query === '' ? '' : `${found.length} names`;
}

/** Moves from the field to the names and between them. */
function move(event: KeyboardEvent): void {
  if (!field || !list) return;
  const links = [...list.querySelectorAll('a')];
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  if (event.key === 'Escape') {
    field.value = '';
    field.focus();
    list.hidden = true;
  } else if (event.key === 'Enter' && at < 0) {
    links[0]?.click();
  } else if (event.key === 'ArrowDown' && at < links.length - 1) {
    event.preventDefault();
    links[at + 1]?.focus();
  } else if (event.key === 'ArrowUp' && at >= 0) {
    event.preventDefault();
    (links[at - 1] ?? field).focus();
  }
}

if (box && field) {
  box.hidden = false;
  field.addEventListener('focus', () => void names());
  field.addEventListener('input', () => void show(field.value));
  box.addEventListener('keydown', move);
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof Element && event.target.matches('input, textarea, select');
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    field.focus();
  });
}
for (const each of document.querySelectorAll<HTMLElement>('.wide')) focusWhileScrollable(each);
startShell(`${root}../`);
