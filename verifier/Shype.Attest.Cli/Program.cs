using Shype.Attest.Cli;

using var surroundings = Surroundings.OfThisProcess();
return await CommandLine.RunAsync(args, surroundings);
