// Finding and making elements, and the few formats of numbers that the demos share.

/** The element with this id, checked to be of the given class. */
export function byId<T extends Element>(id: string, type: abstract new (...args: never[]) => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`expected #${id} to be ${type.name}, but got ${element}`);
  return element;
}

/** A new element with properties and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 12345.6 → "12,346". */
export const formatCount = (value: number) => whole.format(value);

/** A share of one as a percentage: 0.9731 → "97.3 %". */
export const formatShare = (value: number, digits = 1) => `${(100 * value).toFixed(digits)}\u202f%`;

/** Seconds as "8 s" or "2:05". */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  const rounded = Math.max(0, Math.round(seconds));
  if (rounded < 60) return `${rounded}\u202fs`;
  return `${Math.floor(rounded / 60)}:${String(rounded % 60).padStart(2, '0')}`;
}

/** Bytes as "36 B", "812 kB" or "3.4 MB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1e3) return `${bytes}\u202fB`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)}\u202fkB`;
  return `${(bytes / 1e6).toFixed(1)}\u202fMB`;
}
