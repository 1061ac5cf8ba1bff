using System.Runtime.Versioning;

// The verifier and the files about processes are Linux's.
[assembly: SupportedOSPlatform("linux")]
