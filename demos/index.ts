// The list of demos: says at once when this browser cannot run them.
const support = document.querySelector<HTMLElement>('#support');

async function hasWebGPU(): Promise<boolean> {
  return Boolean(await navigator.gpu?.requestAdapter());
}

async function warn(): Promise<void> {
  if (!support || (await hasWebGPU())) return;
  support.textContent = window.isSecureContext
    ? 'This browser has no WebGPU. Open the page in a current Chrome, Edge or Safari, or in Firefox on Windows or macOS.'
    : 'Browsers give WebGPU to secure pages only: open this page at localhost, or behind HTTPS.';
  support.hidden = false;
}

void warn();
