using System.Runtime.Versioning;

// File modes guard the secrets: the verifier runs where there are some.
[assembly: SupportedOSPlatform("linux")]
