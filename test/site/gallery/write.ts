import { expect } from 'vitest';
import { colorsOf, dropFile, type ExpectedPage, numberIn } from './expected';

export default {
  async drive(page) {
    const button = page.locator('button[data-run]');
    const waited = { timeout: 400_000, interval: 500 };
    await page.getByLabel('Network').selectOption('small');
    // A text that is too short is refused with the reason; one that says the same again and again is soon learned.
    // Nowhere in it may a line be broken: what is written is to stay in its panel all the same.
    const field = page.getByLabel('A text to learn from');
    await field.fill('too short');
    await field.blur();
    await expect.poll(() => page.locator('#banners').innerText()).toContain('this one has 9');
    await field.fill('a_lamp_is_lit._'.repeat(300));
    await field.blur();
    await expect.poll(() => page.locator('#learned').innerText()).toContain('4,500 letters');
    // A text that is dropped on the page takes its place.
    const bytes = Buffer.from('a_lamp_is_lit._'.repeat(320));
    await dropFile(page, { name: 'lamp.txt', type: 'text/plain', bytes });
    await expect.poll(() => page.locator('#learned').innerText()).toBe('4,800 letters: lamp.txt. Press Train.');
    await button.focus();
    await page.keyboard.press('Enter');
    const loss = page.locator('#figures dd').nth(1);
    // As many letters are as likely, at first: the logarithm of the ten letters of the text.
    await expect.poll(() => numberIn(loss), waited).toBeGreaterThan(2);
    await expect.poll(() => numberIn(loss), waited).toBeLessThan(0.5);
    await expect.poll(() => page.locator('#samples p').first().innerText(), waited).toContain('a_lamp_is_lit.');
    expect(await colorsOf(page.locator('#plot canvas'))).toBeGreaterThan(20);
    // The map of a head by the keyboard: a letter sees itself and those before it.
    expect(await colorsOf(page.locator('#attention canvas').first())).toBeGreaterThan(20);
    await page.getByRole('application', { name: /^Attention/ }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('#looks').innerText()).toContain('it looks at “_”, 0 before');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('#looks').innerText()).toContain('still to come');
    await button.click();
    await expect.poll(() => button.innerText(), waited).toBe('Train');
    // It goes on after a beginning, each letter from kept keys and values.
    await page.getByLabel('Beginning').fill('is_l');
    await page.getByRole('button', { name: 'Write', exact: true }).click();
    expect(new URL(page.url()).searchParams.get('beginning')).toBe('is_l');
    await page.locator('.code-cell .run').nth(3).click();
    await expect.poll(() => page.locator('#written').innerText(), waited).toContain('is_lit._a_lamp_is');
    expect(await numberIn(page.locator('#speed'))).toBeGreaterThan(0);
    await button.click();
    await expect.poll(() => button.innerText(), waited).toBe('Train');
  },
} satisfies ExpectedPage;
