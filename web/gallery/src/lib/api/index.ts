/** Everything the server can be asked, by noun; see docs/socket.md for what the answers mean. */
export * as changes from './changes';
export * as collections from './collections';
export * as images from './images';
export { Problem } from './problem';
export * as search from './search';
export * as vault from './vault';
