// Makes HTML of Markdown that may be anybody's, apart from the page: a text that takes for ever takes only this worker with it.
import { renderText } from './text';

self.postMessage('ready');
self.addEventListener('message', ({ data }: MessageEvent<string>) => {
  try {
    self.postMessage({ html: renderText(data).html });
  } catch {
    // Nested too deep for the stack.
    self.postMessage({ html: null });
  }
});
