// The few pictures on the buttons of notebooks, on a grid of 16 by 16.
const PATHS = {
  run: 'M4 2.5v11l9-5.5Z',
  runAll: 'M2 3v10l6-5Zm6 0v10l6-5Z',
  stop: 'M3.5 3.5h9v9h-9Z',
  restart:
    'M8 2.5a5.5 5.5 0 1 0 5.5 5.5h-1.7A3.8 3.8 0 1 1 8 4.2c1 0 1.9.4 2.6 1L8.8 7H14V1.8l-2.2 2.2A5.5 5.5 0 0 0 8 2.5Z',
  more: 'M2 6.5h3v3H2Zm4.5 0h3v3h-3Zm4.5 0h3v3h-3Z',
  table: 'M2 2.5h12v11H2Zm1.5 1.5v2h9V4Zm0 3.5v1.5H7V7.5Zm5 0v1.5h4V7.5Zm-5 3V12H7v-1.5Zm5 0V12h4v-1.5Z',
  file: 'M3.5 1.5h6l3 3v10h-9ZM9 3H5v10h6V5H9Z',
  edit: 'm11 2 3 3-8.5 8.5-3.7.7.7-3.7Zm-1.8 3.4L4 10.6l-.3 1.7 1.7-.3 5.2-5.2Z',
  plus: 'M7.2 2.5h1.6v4.7h4.7v1.6H8.8v4.7H7.2V8.8H2.5V7.2h4.7Z',
  close: 'm3.6 2.5 4.4 4.4 4.4-4.4 1.1 1.1L9.1 8l4.4 4.4-1.1 1.1L8 9.1l-4.4 4.4-1.1-1.1L6.9 8 2.5 3.6Z',
} as const;

export function icon(name: keyof typeof PATHS): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', PATHS[name]);
  path.setAttribute('fill-rule', 'evenodd');
  svg.append(path);
  return svg;
}
