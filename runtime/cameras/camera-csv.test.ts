import { describe, expect, it } from 'vitest'
import { readCameraList } from './camera-csv.ts'

describe('a list of cameras', () => {
  it('reads names, addresses with their logins, and tags', () => {
    const list =
      '\ufeffName;Address;User;Password;Tags\r\n"Front ""big"" door";rtsp://10.0.0.7/1;admin;a;b#1\r\n\r\nHof;rtsp://10.0.0.8/1;;;Yard night\r\n'
    expect(readCameraList(list.replace('a;b#1', '"a;b#1";yard'))).toEqual([
      {
        line: 2,
        name: 'Front "big" door',
        message: 'The name must be made of letters, digits and spaces, 64 at most.',
      },
      {
        line: 4,
        name: 'Hof',
        camera: { name: 'Hof', url: 'rtsp://10.0.0.8/1', tags: ['yard', 'night'] },
      },
    ])
    expect(readCameraList('name,url,user,password\n门口,rtsp://10.0.0.7/1,admin,p@ss/1')).toEqual([
      { line: 2, name: '门口', camera: { name: '门口', url: 'rtsp://admin:p%40ss%2F1@10.0.0.7/1', tags: [] } },
    ])
  })

  it('says of each line what is wrong with it, and counts lines as an editor does', () => {
    const list =
      'name,url,tags\n,rtsp://10.0.0.7/1,\nDoor,10.0.0.7,\n"a\nb",rtsp://10.0.0.7/1,\nYard,rtsp://h/1,!\nYard,rtsp://h/1,'
    expect(readCameraList(list).map(({ line, message }) => `${line}: ${message ?? 'good'}`)).toEqual([
      '2: This line has no name.',
      '3: The address is not complete. It looks like rtsp://10.0.0.7:554/stream.',
      '4: The name must be made of letters, digits and spaces, 64 at most.',
      '6: “!” cannot be used as tags. Write words with spaces between them.',
      '7: good',
    ])
    expect(readCameraList('name,url\nYard,rtsp://h/1\nYard,rtsp://h/2')[1]?.message).toBe(
      '“Yard” stands in this list twice.',
    )
  })

  it.each(['', 'Door,rtsp://10.0.0.7/1', 'name,tags\nDoor,a'])('refuses what is no list: %j', (text) => {
    expect(() => readCameraList(text)).toThrow('Its first line must be: name,url,tags')
  })
})
