import { describe, expect, it } from 'vitest';
import { de } from './de';
import { en } from './en';

const filled = (message: string | object): string[] =>
  [...new Set(JSON.stringify(message).match(/\{\w+\}/g) ?? [])].sort();

describe('German', () => {
  it('says everything that English says, and nothing else', () => {
    expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
  });

  it('fills in what English fills in', () => {
    for (const key of Object.keys(en) as (keyof typeof en)[]) expect([key, filled(de[key])]).toEqual([key, filled(en[key])]);
  });
});
