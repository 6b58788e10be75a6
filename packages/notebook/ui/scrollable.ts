// Boxes that scroll, sideways where the page is narrow or down where much stands in them: then, and only then, the keyboard reaches them.

/** The boxes of outputs that scroll. */
const BOXES = '.lines, .out.text.value, .out.table, .touch-scroll';

/** Lets `box` take the focus while it holds more than it shows, so that arrow keys move it. */
export function focusWhileScrollable(box: HTMLElement): void {
  const look = () => {
    const isDeep = box.scrollHeight > box.clientHeight + 1 && getComputedStyle(box).overflowY !== 'hidden';
    if (box.scrollWidth > box.clientWidth || isDeep) box.tabIndex = 0;
    else box.removeAttribute('tabindex');
  };
  new ResizeObserver(look).observe(box);
  new MutationObserver(look).observe(box, { childList: true, subtree: true });
  look();
}

/** The same for all boxes of outputs in `root`. */
export function focusOutputsWhileScrollable(root: HTMLElement): void {
  for (const box of root.querySelectorAll<HTMLElement>(BOXES)) focusWhileScrollable(box);
}
