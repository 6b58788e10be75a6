// Draws Markdown that may be anybody's: HTML in it is cleaned of all that could act.
import DOMPurify from 'dompurify';
import { renderText } from './text';

export function safeText(markdown: string): DocumentFragment {
  return DOMPurify.sanitize(renderText(markdown).html, {
    USE_PROFILES: { html: true, mathMl: true, svg: true },
    FORBID_TAGS: ['style', 'form', 'input', 'button', 'textarea', 'select', 'iframe', 'object', 'embed'],
    FORBID_ATTR: ['style', 'name'],
    SANITIZE_NAMED_PROPS: true,
    RETURN_DOM_FRAGMENT: true,
  });
}
