// Cleans HTML that was made of anybody's Markdown of all that could act, that could speak for the site, or that other parts of the page could take for theirs.
import DOMPurify from 'dompurify';

/** Classes that our renderer writes: of coloured code, of formulas, of blocks of a lesson, and of what scrolls sideways. All others are names of the site's own look. */
const OWN_CLASS = /^(?:tok-[a-zA-Z0-9]+|tml-[a-z-]+|lesson(?:-[a-z]+)?|wide)$/;

const FORBIDDEN_TAGS = [
  ...[
    'style',
    'form',
    'input',
    'button',
    'textarea',
    'select',
    'option',
    'optgroup',
    'datalist',
    'fieldset',
    'label',
    'output',
  ],
  ...['iframe', 'object', 'embed', 'dialog', 'marquee', 'slot', 'template', 'audio', 'video', 'map', 'area', 'canvas'],
  // Of drawings: what brings other pictures in, or moves.
  ...['image', 'use', 'animate', 'animateTransform', 'animateMotion', 'set', 'foreignObject', 'mpath'],
];

const FORBIDDEN_ATTRIBUTES = [
  ...['style', 'name', 'target', 'role', 'tabindex', 'accesskey', 'autofocus', 'contenteditable', 'draggable'],
  ...['slot', 'part', 'is', 'popover', 'popovertarget', 'popovertargetaction', 'usemap', 'ping', 'background'],
];

let isReady = false;

function prepare(): void {
  if (isReady) return;
  isReady = true;
  DOMPurify.addHook('afterSanitizeAttributes', (element) => {
    if (!element.hasAttribute('class')) return;
    const own = [...element.classList].filter((name) => OWN_CLASS.test(name));
    if (own.length > 0) element.setAttribute('class', own.join(' '));
    else element.removeAttribute('class');
  });
}

export function safeFragment(html: string): DocumentFragment {
  prepare();
  return DOMPurify.sanitize(html, {
    USE_PROFILES: { html: true, mathMl: true, svg: true },
    FORBID_TAGS: FORBIDDEN_TAGS,
    FORBID_ATTR: FORBIDDEN_ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    SANITIZE_NAMED_PROPS: true,
    RETURN_DOM_FRAGMENT: true,
  });
}
