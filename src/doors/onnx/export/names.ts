// Names of nodes: the path of the module that they come from, as PyTorch's exporter writes them.

/** `layer1.0.conv1` and `Conv` → `/layer1/layer1.0/conv1/Conv`: a number stays with the name before it. */
export function placeName(place: string, opType: string): string {
  if (place === '') return `/${opType}`;
  let named = '';
  const parts = place.split('.').map((part) => {
    named = /^\d+$/.test(part) && named !== '' ? `${named}.${part}` : part;
    return named;
  });
  return `/${parts.join('/')}/${opType}`;
}
