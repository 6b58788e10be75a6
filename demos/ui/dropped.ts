// Files and folders that a visitor drops anywhere on a page.

/** The files in a folder and in the folders within it, each with its path as a chosen folder's files have it. */
async function filesIn(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [Object.defineProperty(file, 'webkitRelativePath', { value: entry.fullPath.slice(1) })];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  for (;;) {
    // A reader gives a hundred entries at a time, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    for (const each of some) found.push(...(await filesIn(each)));
  }
}

/** Whether a file came in a folder. */
export const isInFolder = ({ webkitRelativePath }: File): boolean => webkitRelativePath.includes('/');

/**
 * Takes files that are dropped on the page, in the place of the browser, which would open them; of a folder, all that lie in it.
 * `place` is what they were dropped on. A file that is dropped on a field for files is chosen in it.
 */
export function takeDropped(take: (files: readonly File[], place: Element) => void): void {
  // A text that is dragged into a field is the browser's.
  const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files');
  document.addEventListener('dragover', (event) => hasFiles(event) && event.preventDefault());
  document.addEventListener('drop', (event) => {
    const { dataTransfer: dropped, target } = event;
    if (!dropped || !hasFiles(event) || !(target instanceof Element)) return;
    event.preventDefault();
    // Entries can be asked for now alone.
    const entries = [...dropped.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
    const files = [...dropped.files];
    if (entries.some(({ isDirectory }) => isDirectory)) {
      void Promise.all(entries.map(filesIn)).then((found) => take(found.flat(), target));
      return;
    }
    const field = target.closest('label')?.querySelector<HTMLInputElement>('input[type=file]:not([webkitdirectory])');
    if (field && files.length > 0) {
      field.files = dropped.files;
      field.dispatchEvent(new Event('change', { bubbles: true }));
    } else if (files.length > 0) take(files, target);
  });
}
