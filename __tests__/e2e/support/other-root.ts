/** The folder of everything on the bare machine: another one than the default, so that nothing assumes that one. */
export const OTHER_ROOT = "/srv/em";
