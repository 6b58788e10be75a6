// Has the browser save bytes that a page holds as a file.

export function saveFile(name: string, contents: Blob): void {
  const url = URL.createObjectURL(contents);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun once the click's task is over; this is ample for slow devices.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
