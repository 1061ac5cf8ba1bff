using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;
using Shype.Attest.Bench;

var benches = typeof(FlaskFlowBench).Assembly.GetTypes().Where(type => type.GetMethods().Any(method => method.IsDefined(typeof(BenchmarkAttribute), inherit: false)));
if (!FlaskFlowBench.CanRun)
{
    Console.WriteLine("FlaskFlowBench is skipped: seinfoflow is not installed (Debian: apt-get install setools)");
    benches = benches.Where(type => type != typeof(FlaskFlowBench));
}

if (!ImageBench.CanRun)
{
    Console.WriteLine("ImageBench is skipped: openssl or fsverity is not installed (Debian: apt-get install openssl fsverity)");
    benches = benches.Where(type => type != typeof(ImageBench));
}

BenchmarkSwitcher.FromTypes([.. benches]).Run(args);
