// Files that a visitor drops anywhere on a page.

/** Takes files that are dropped on the page, in the place of the browser, which would open them. */
export function takeDropped(take: (files: readonly File[]) => void): void {
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    take([...(event.dataTransfer?.files ?? [])]);
  });
}
