// A button that opens a short list of things to do; Escape, a choice, or a click elsewhere closes it.
import { make } from '../ui/dom';

export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
  /** Whether it can be done now; asked each time the list opens. */
  readonly enabled?: () => boolean;
}

/** `face` is what the button shows, `label` what it is called. */
export function menu(label: string, face: Node | string, items: () => readonly MenuItem[]): HTMLElement {
  const button = make('button', { type: 'button', className: 'button quiet menu-button' }, face);
  const list = make('div', { className: 'menu-list', hidden: true });
  const root = make('div', { className: 'menu' }, button, list);
  button.setAttribute('aria-label', label);
  button.setAttribute('aria-expanded', 'false');

  const close = (focus: boolean) => {
    if (list.hidden) return;
    list.hidden = true;
    button.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', outside, true);
    if (focus) button.focus();
  };
  const outside = (event: Event) => {
    if (!root.contains(event.target as Node)) close(false);
  };
  const entries = () => [...list.querySelectorAll<HTMLButtonElement>('button:enabled')];
  const open = () => {
    list.replaceChildren(
      ...items().map(({ label: text, run, enabled }) => {
        const entry = make('button', { type: 'button', disabled: enabled ? !enabled() : false }, text);
        entry.addEventListener('click', () => {
          close(true);
          run();
        });
        return entry;
      }),
    );
    list.hidden = false;
    button.setAttribute('aria-expanded', 'true');
    document.addEventListener('pointerdown', outside, true);
    entries()[0]?.focus();
  };
  button.addEventListener('click', () => (list.hidden ? open() : close(true)));
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close(true);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || list.hidden) return;
    event.preventDefault();
    const all = entries();
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    all[(at + step + all.length) % all.length]?.focus();
  });
  root.addEventListener('focusout', ({ relatedTarget }) => {
    if (relatedTarget && !root.contains(relatedTarget as Node)) close(false);
  });
  return root;
}
