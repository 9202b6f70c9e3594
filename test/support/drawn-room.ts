// A drawn room in which somebody falls, as a clip: for pictures of the product, where real people have no place.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'

const run = promisify(execFile)

function person(x: number, lying: boolean): string {
  const body =
    '<circle cx="0" cy="-150" r="24" fill="#e8b48f"/><path d="M-26 -118 Q0 -134 26 -118 L32 -30 L-32 -30 Z" fill="#b5524a"/><path d="M-28 -32 L-24 60 M28 -32 L24 60" stroke="#3a4a63" stroke-width="24" stroke-linecap="round"/>'
  return `<g transform="translate(${x} ${lying ? 418 : 350}) ${lying ? 'rotate(84)' : ''}">${body}</g>`
}

function room(x: number, lying: boolean): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480" viewBox="0 0 640 480">
    <rect width="640" height="330" fill="#e9e2d6"/><rect y="330" width="640" height="150" fill="#b99a78"/>
    <rect x="70" y="60" width="150" height="150" fill="#bfe0ee" stroke="#fff" stroke-width="10"/><path d="M145 60 V210 M70 135 H220" stroke="#fff" stroke-width="6"/>
    <rect x="430" y="250" width="150" height="90" rx="18" fill="#5b7f7a"/><rect x="415" y="220" width="40" height="130" rx="16" fill="#4d6d69"/><rect x="555" y="220" width="40" height="130" rx="16" fill="#4d6d69"/>
    <path d="M330 120 V330" stroke="#7d6b57" stroke-width="8"/><path d="M295 130 L365 130 L350 80 L310 80 Z" fill="#f1cf7a"/>
    <ellipse cx="270" cy="420" rx="230" ry="44" fill="#9d5f55" opacity="0.55"/>${person(x, lying)}</svg>`
}

/** Writes a clip of 14 s to `path`: somebody walks in, falls at 6 s, and stays down. */
export async function drawRoom(browser: Browser, path: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'heed-room-'))
  const page = await browser.newPage({ viewport: { width: 640, height: 480 } })
  for (let frame = 0; frame < 28; frame++) {
    const second = frame / 2
    await page.setContent(`<style>body{margin:0}</style>${room(Math.min(120 + second * 30, 300), second >= 6)}`)
    await page.screenshot({ path: join(folder, `${String(frame).padStart(3, '0')}.png`) })
  }
  await page.close()
  await run('ffmpeg', [
    '-nostdin',
    '-loglevel',
    'error',
    '-framerate',
    '2',
    '-i',
    join(folder, '%03d.png'),
    '-r',
    '10',
    '-pix_fmt',
    'yuv420p',
    '-c:v',
    'libx264',
    '-g',
    '10',
    '-bf',
    '0',
    '-y',
    path,
  ])
  await rm(folder, { recursive: true, force: true })
  return path
}
