'use client';
import { useEffect, useState } from 'react';
import { train } from '../../train.js';

export default function Training() {
  const [text, setText] = useState('Training …');
  useEffect(() => {
    train().then(setText);
  }, []);
  return <pre>{text}</pre>;
}
