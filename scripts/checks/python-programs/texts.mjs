// Texts for programs whose own texts have to be downloaded.

/** Words in the order of a small grammar, the same at each call. @param {number} lines @param {number} start */
export function sentences(lines, start = 0) {
  const [who = [], does = [], what = []] = [
    ['the cat', 'a dog', 'the old man', 'my sister', 'no one', 'the queen'],
    ['sees', 'likes', 'never finds', 'paints', 'sings to', 'runs after'],
    ['the moon', 'a red house', 'the river', 'small birds', 'the sea', 'bread and milk', 'an open door'],
  ];
  return Array.from({ length: lines }, (_, i) => {
    const at = (i + start) * 7;
    return [
      who[at % 6],
      does[(at >> 2) % 6],
      what[(at * 5) % 7],
      'and',
      who[(at * 3 + i) % 6],
      does[i % 6],
      what[i % 7],
      '.',
    ].join(' ');
  }).join('\n');
}
