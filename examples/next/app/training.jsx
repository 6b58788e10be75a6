'use client';
import { useEffect, useState } from 'react';
import { read } from '../../read.js';
import { train } from '../../train.js';

export default function Training() {
  const [text, setText] = useState('Training …');
  useEffect(() => {
    train().then(async (text) => setText([text, await read()].join('\n')));
  }, []);
  return <pre>{text}</pre>;
}
