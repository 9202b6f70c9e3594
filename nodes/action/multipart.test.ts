import { describe, expect, it } from 'vitest'
import { multipart } from './multipart.ts'

describe('multipart', () => {
  it('is read back by a real form parser, bytes untouched', async () => {
    const picture = new Uint8Array([0xff, 0xd8, 13, 10, 45, 45, 0])
    const { contentType, body } = await multipart([
      { name: 'caption', value: 'Fällt\r\n--heed' },
      { name: 'photo', value: picture, filename: 'frame.jpg', contentType: 'image/jpeg' },
    ])
    const form = await new Response(body as BodyInit, { headers: { 'content-type': contentType } }).formData()
    expect(form.get('caption')).toBe('Fällt\r\n--heed')
    const file = form.get('photo') as File
    expect([file.name, file.type, new Uint8Array(await file.arrayBuffer())]).toEqual([
      'frame.jpg',
      'image/jpeg',
      picture,
    ])
  })

  it('is not ended early by a text that looks like its boundary', async () => {
    const hostile = 'x\r\n--heed-e1tell\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n666\r\n--heed-e1tell--'
    const { contentType, body } = await multipart([
      { name: 'chat_id', value: '1' },
      { name: 'caption', value: hostile },
    ])
    const form = await new Response(body as BodyInit, { headers: { 'content-type': contentType } }).formData()
    expect(form.getAll('chat_id')).toEqual(['1'])
    expect(form.get('caption')).toBe(hostile)
  })

  it('keeps a name from opening another header', async () => {
    const { body } = await multipart([{ name: 'a"\r\nX: y', value: '' }])
    expect(new TextDecoder().decode(body)).not.toContain('\r\nX: y')
  })
})
