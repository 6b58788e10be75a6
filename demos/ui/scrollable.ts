// Boxes that scroll sideways where the page is narrow: then, and only then, the keyboard reaches them.

/** Lets `box` take the focus while it holds more than it shows, so that arrow keys move it. */
export function focusWhileScrollable(box: HTMLElement): void {
  const look = () => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute('tabindex');
  };
  new ResizeObserver(look).observe(box);
  new MutationObserver(look).observe(box, { childList: true, subtree: true });
  look();
}
