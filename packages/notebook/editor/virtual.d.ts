// Modules that the site's build makes.

declare module 'virtual:lamplight/types' {
  /** The address of what the editor checks cells by. */
  const address: string;
  export default address;
}
