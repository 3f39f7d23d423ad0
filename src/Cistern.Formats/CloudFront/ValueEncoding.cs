namespace Cistern.Formats.CloudFront;

/// <summary>How the values of a row are written.</summary>
/// <param name="IsPercent">Fields that CloudFront encodes are percent-encoded; what a Lambda function sends is not.</param>
/// <param name="IsSuspect">The row holds bytes that are NUL or not ASCII, so its texts must be looked at.</param>
/// <param name="IsNamed">The data itself says which value belongs to which field.</param>
internal readonly record struct ValueEncoding(bool IsPercent, bool IsSuspect, bool IsNamed);
