// Light and dark: the reader's choice, kept between visits, and the colours of the current theme for canvases.
import { remember, remembered } from './kept';

const STORAGE_KEY = 'lamplight-theme';
const darkQuery = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();
const probe = document.createElement('span');

type Theme = 'light' | 'dark';

function stored(): Theme | undefined {
  const value = remembered(STORAGE_KEY);
  return value === 'light' || value === 'dark' ? value : undefined;
}

function current(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return darkQuery.matches ? 'dark' : 'light';
}

export const isDark = (): boolean => current() === 'dark';

/** Applies the stored choice and lets `button` switch between light and dark. */
export function initTheme(button: HTMLButtonElement): void {
  const choice = stored();
  if (choice) document.documentElement.dataset.theme = choice;
  const label = () => {
    const other = current() === 'dark' ? 'light' : 'dark';
    button.setAttribute('aria-label', `Switch to the ${other} theme`);
    button.title = `Switch to the ${other} theme`;
  };
  const changed = () => {
    label();
    for (const listener of listeners) listener();
  };
  button.addEventListener('click', () => {
    const theme = current() === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset.theme = theme;
    remember(STORAGE_KEY, theme);
    changed();
  });
  darkQuery.addEventListener('change', changed);
  label();
}

/** Calls `listener` whenever the colours change, until the function that it gives is called. */
export function onThemeChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Red, green and blue, each 0 to 255. */
export type Rgb = readonly [number, number, number];

/** The value of a colour token (`--flame`) under the current theme. */
export function themeColor(token: string): Rgb {
  if (!probe.isConnected) {
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(${token})`;
  const [red = 0, green = 0, blue = 0] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** The same as a CSS colour, with an optional opacity. */
export function themeCss(token: string, alpha = 1): string {
  const [red, green, blue] = themeColor(token);
  return `rgb(${red} ${green} ${blue} / ${alpha})`;
}
